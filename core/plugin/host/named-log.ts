// The log that a plugin is lent: every line bears its name. What a plugin gives a line besides its message cannot take the
// place of what the recorder says of it, so that no plugin speaks as another, or as the recorder itself. What a process of
// its own sends has been bounded by isolated/plugin-log.ts before.
import type { Log, LogFields } from "../../log.ts";

/** Fields that the recorder alone sets; a plugin's own of these names get a `_` behind. */
const RESERVED = new Set(["level", "time", "message", "process", "plugin"]);

/** A log whose lines, and those of its children, are `plugin`'s. */
export function namedLog(log: Log, plugin: string): Log {
  return fenced(log.child({ plugin }));
}

function fenced(log: Log): Log {
  return {
    debug: (message, fields) => log.debug(message, ownFields(fields)),
    info: (message, fields) => log.info(message, ownFields(fields)),
    notice: (message, fields) => log.notice(message, ownFields(fields)),
    warn: (message, fields) => log.warn(message, ownFields(fields)),
    error: (message, fields) => log.error(message, ownFields(fields)),
    child: (fields) => fenced(log.child(ownFields(fields) ?? {})),
  };
}

function ownFields(fields: LogFields | undefined): LogFields | undefined {
  // What comes from a plugin in this process is no field because its type says so.
  if (typeof fields !== "object" || fields === null) return undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
  );
}
