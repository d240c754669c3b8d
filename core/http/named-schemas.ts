// The shapes of answers that have a name of their own in the OpenAPI document, and so in clients made from it.
import type { TSchema } from "typebox";
import { CameraSchema, DriverSchema, ProbeAnswerSchema } from "./camera-schemas.ts";
import { EventSchema, EventsPageSchema } from "./event-schemas.ts";
import { ExplanationSchema } from "./explain-schemas.ts";
import { PluginJobSchema } from "./plugin-job-schemas.ts";
import { PluginSettingsSchema, PluginsSchema } from "./plugin-schemas.ts";
import { ReceiptSchema, ReceiptsPageSchema, TillsSchema } from "./till-schemas.ts";
import {
  CalendarSchema,
  CoverageSchema,
  RangeLockSchema,
  RecordingsPageSchema,
  StatusSchema,
  VolumeSchema,
} from "./wire-schemas.ts";

/** Schema, by its identity → name. */
export const NAMED_SCHEMAS: ReadonlyMap<TSchema, string> = new Map<TSchema, string>([
  [CameraSchema, "Camera"],
  [DriverSchema, "CameraDriver"],
  [ProbeAnswerSchema, "ProbeAnswer"],
  [RecordingsPageSchema, "RecordingsPage"],
  [RangeLockSchema, "RangeLock"],
  [CoverageSchema, "Coverage"],
  [CalendarSchema, "Calendar"],
  [StatusSchema, "Status"],
  [VolumeSchema, "Volume"],
  [EventSchema, "Event"],
  [EventsPageSchema, "EventsPage"],
  [ExplanationSchema, "Explanation"],
  [PluginsSchema, "Plugins"],
  [PluginSettingsSchema, "PluginSettings"],
  [PluginJobSchema, "PluginJob"],
  [ReceiptSchema, "Receipt"],
  [ReceiptsPageSchema, "ReceiptsPage"],
  [TillsSchema, "Tills"],
]);
