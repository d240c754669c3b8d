// Loaded into npm's process before npm: ends it, and all that it started, when the process that wanted it is gone. A
// killed recorder must not leave an npm behind that writes into what the next start clears away.
process.once("disconnect", () => {
  // npm was started as the leader of a group of its own, where there are such groups.
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
});
// It is npm's work that keeps it alive, not this.
process.channel?.unref();
