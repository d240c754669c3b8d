// The one thing that those who send pictures need of a connection.

/** Where a viewer's messages go: a WebSocket, or whatever a test puts there. */
export interface ViewerSocket {
  /** Hands over a message; `flushed` runs when the operating system has taken it, or the socket is gone. */
  send(message: Buffer | string, flushed: () => void): void;
}
