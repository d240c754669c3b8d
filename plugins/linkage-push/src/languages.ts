// The languages that a device can be told in, and the few words that are the plugin's own in each.

export const LANGUAGES = ["en", "de", "es", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

interface OwnWords {
  /** For `Intl`. */
  readonly locale: string;
  readonly test: string;
  readonly testText: string;
  readonly acknowledge: string;
  readonly severities: Readonly<Record<"info" | "warning" | "alarm", string>>;
}

export const OWN_WORDS: Readonly<Record<Language, OwnWords>> = {
  en: {
    locale: "sv-SE",
    test: "Test",
    testText: "This device is told of events.",
    acknowledge: "Acknowledge",
    severities: { info: "info", warning: "warning", alarm: "alarm" },
  },
  de: {
    locale: "de",
    test: "Test",
    testText: "Dieses Gerät bekommt Ereignisse mitgeteilt.",
    acknowledge: "Quittieren",
    severities: { info: "Hinweis", warning: "Warnung", alarm: "Alarm" },
  },
  es: {
    locale: "es",
    test: "Prueba",
    testText: "A este dispositivo se le avisa de los eventos.",
    acknowledge: "Confirmar",
    severities: { info: "aviso", warning: "advertencia", alarm: "alarma" },
  },
  zh: {
    locale: "zh-CN",
    test: "测试",
    testText: "此设备会收到事件通知。",
    acknowledge: "确认",
    severities: { info: "提示", warning: "警告", alarm: "报警" },
  },
};
