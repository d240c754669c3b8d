// What kinds of events are called in each language: the words of the web interface, which its tests compare with these.
// A kind that is not here is told by its id.
import type { Language } from "./languages.ts";

/** By language, in the order of `LANGUAGES`. */
const WORDS: Readonly<Record<string, readonly [en: string, de: string, es: string, zh: string]>> = {
  motion: ["Motion", "Bewegung", "Movimiento", "移动侦测"],
  "alarm-input": ["Alarm input", "Alarmeingang", "Entrada de alarma", "报警输入"],
  "video-loss": ["Video loss", "Bildausfall", "Pérdida de vídeo", "视频丢失"],
  tamper: ["Video tampering", "Sabotage am Bild", "Sabotaje de vídeo", "视频遮挡"],
  face: ["Face", "Gesicht", "Rostro", "人脸"],
  person: ["Person", "Mensch", "Persona", "人员"],
  vehicle: ["Vehicle", "Fahrzeug", "Vehículo", "车辆"],
  animal: ["Animal", "Tier", "Animal en imagen", "动物"],
  doorbell: ["Doorbell", "Türklingel", "Timbre", "门铃"],
  "line-crossing": ["Line crossing", "Linie überschritten", "Cruce de línea", "越界侦测"],
  intrusion: ["Intrusion", "Eindringen", "Intrusión", "区域入侵"],
  "region-entrance": ["Region entrance", "Bereich betreten", "Entrada en zona", "进入区域"],
  "region-exiting": ["Region exiting", "Bereich verlassen", "Salida de zona", "离开区域"],
  "unattended-baggage": ["Unattended baggage", "Herrenloses Gepäck", "Equipaje desatendido", "物品遗留"],
  "object-removal": ["Object removal", "Gegenstand entfernt", "Objeto retirado", "物品拿取"],
  loitering: ["Loitering", "Herumlungern", "Merodeo", "徘徊"],
  gathering: ["Gathering", "Ansammlung", "Aglomeración", "人员聚集"],
  "fast-moving": ["Fast moving", "Schnelle Bewegung", "Movimiento rápido", "快速移动"],
  parking: ["Parking", "Parken", "Estacionamiento", "停车"],
  "audio-exception": ["Audio exception", "Auffälliger Ton", "Audio anómalo", "音频异常"],
  "scene-change": ["Scene change", "Szenenwechsel", "Cambio de escena", "场景变更"],
  defocus: ["Defocus", "Unschärfe", "Desenfoque", "虚焦"],
  pir: ["PIR sensor", "PIR-Melder", "Sensor PIR", "PIR 感应"],
  "thermal-fire": ["Fire", "Feuer", "Fuego", "火点"],
  "thermal-smoke": ["Smoke", "Rauch", "Humo", "烟雾"],
  "thermal-temp-prealarm": [
    "Temperature pre-alarm",
    "Temperatur-Voralarm",
    "Prealarma de temperatura",
    "温度预警",
  ],
  "thermal-temp": ["Temperature alarm", "Temperaturalarm", "Alarma de temperatura", "温度报警"],
  "thermal-temp-diff": [
    "Temperature difference",
    "Temperaturunterschied",
    "Diferencia de temperatura",
    "温差报警",
  ],
  "thermal-ship": ["Ship", "Schiff", "Barco", "船只"],
  pos: ["Till", "Kasse", "Caja", "收银"],
  "people-count": ["People count", "Personenzählung", "Conteo de personas", "客流统计"],
  "heat-map": ["Heat map", "Wärmekarte", "Mapa de calor", "热度图"],
  queue: ["Queue", "Warteschlange", "Cola", "排队"],
  "exception-volume-full": ["Disk full", "Volume voll", "Disco lleno", "硬盘满"],
  "exception-volume-error": ["Disk error", "Volume-Fehler", "Error de disco", "硬盘错误"],
  "exception-volume-offline": ["Disk not there", "Volume nicht da", "Disco ausente", "硬盘离线"],
  "exception-volume-slow": ["Disk too slow", "Volume zu langsam", "Disco demasiado lento", "硬盘过慢"],
  "exception-volume-health": ["Disk health", "Zustand des Datenträgers", "Estado del disco", "硬盘健康"],
  "exception-network": ["Network disconnected", "Netz getrennt", "Red desconectada", "网络断开"],
  "exception-ip-conflict": ["Address conflict", "Adresskonflikt", "Conflicto de dirección", "IP 冲突"],
  "exception-illegal-login": ["Illegal login", "Unerlaubte Anmeldung", "Acceso no autorizado", "非法登录"],
  "exception-record": ["Recording failed", "Aufnahme gestört", "Fallo de grabación", "录像异常"],
  "exception-hot-spare": [
    "Recorder not reached",
    "Rekorder nicht erreicht",
    "Grabador inaccesible",
    "录像机连接异常",
  ],
  "exception-array": ["Disk array", "Plattenverbund", "Matriz de discos", "阵列异常"],
  "exception-poe-overload": ["PoE overload", "PoE überlastet", "Sobrecarga PoE", "PoE 过载"],
  "exception-standard-mismatch": [
    "Video standard mismatch",
    "Videonorm passt nicht",
    "Norma de vídeo distinta",
    "视频制式不匹配",
  ],
  "exception-codec-mismatch": [
    "Codec or resolution mismatch",
    "Codec oder Auflösung passt nicht",
    "Códec o resolución no admitidos",
    "编码或分辨率不匹配",
  ],
  "exception-video-signal": ["Video signal", "Bildsignal", "Señal de vídeo", "视频信号异常"],
  "exception-camera-link": [
    "Camera not reached",
    "Kamera nicht erreicht",
    "Cámara inaccesible",
    "摄像机连接异常",
  ],
  "exception-camera-ip-conflict": [
    "Address conflict of a camera",
    "Adresskonflikt einer Kamera",
    "Conflicto de dirección de una cámara",
    "摄像机 IP 冲突",
  ],
  "exception-audio-loss": ["Sound lost", "Ton verloren", "Sonido perdido", "音频丢失"],
  "exception-plugin": [
    "Plugin quarantined",
    "Plugin in Quarantäne",
    "Complemento en cuarentena",
    "插件已隔离",
  ],
  "exception-clock": ["Clock wrong", "Uhr falsch", "Reloj incorrecto", "时钟错误"],
  "exception-cpu": ["Processor overload", "Prozessor überlastet", "Procesador sobrecargado", "处理器过载"],
};

const PLACES: Readonly<Record<Language, number>> = { en: 0, de: 1, es: 2, zh: 3 };

/** What people call an event of this type. */
export function eventWord(type: string, language: Language): string {
  const known = Object.hasOwn(WORDS, type) ? WORDS[type]?.[PLACES[language]] : undefined;
  const text = type.replaceAll("-", " ");
  return known ?? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
