// Reads a stream of Server-Sent Events (WHATWG HTML §9.2.6) as core writes it: lines end with a line feed, each event has
// one line of data. Comments and `retry` are passed over.

export interface StreamEvent {
  readonly id?: string;
  readonly type: string;
  readonly data: string;
}

export class EventStreamReader {
  #rest = "";

  /** The events that are whole with this piece of text. */
  read(text: string): StreamEvent[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      let id: string | undefined;
      let type = "message";
      let data: string | undefined;
      for (const line of block.split("\n")) {
        if (line.startsWith("id: ")) id = line.slice(4);
        else if (line.startsWith("event: ")) type = line.slice(7);
        else if (line.startsWith("data: ")) data = line.slice(6);
      }
      return data === undefined ? [] : [{ ...(id === undefined ? {} : { id }), type, data }];
    });
  }
}
