// Alarm inputs and outputs as they can be asked for, and listened for, over MQTT.
import type { InputView, OutputView } from "../http/alarm-io-schemas.ts";

export interface AlarmIoControl {
  outputs(): readonly OutputView[];
  inputs(): readonly InputView[];
  /** Throws `NJ_OUTPUT_NOT_FOUND`, `NJ_OUTPUT_OFF`, and what the output's device throws. */
  setOutput(id: string, on: boolean, by: string, dwellSeconds?: number): Promise<void>;
  setAllOutputs(on: boolean, by: string): Promise<void>;
  /** Throws `NJ_INPUT_NOT_FOUND`, `NJ_INPUT_KIND`. */
  setInput(id: string, closed: boolean, by: string): void;
  /** Topics of other programs that are listened to, without wildcards. */
  topics(): readonly string[];
  /** A message on one of them: whoever may publish there has sent it. */
  heard(topic: string, payload: Buffer, isKept: boolean): void;
}
