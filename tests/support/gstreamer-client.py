#!/usr/bin/env python3
# GStreamer's rtspsrc as a viewer for integration tests: takes pictures and sound as they are sent, without decoding.
# Usage: gstreamer-client.py ARGUMENTS.json
#   {"url": "...", "username": "...", "password": "...", "transport": "tcp"|"udp", "pictures": 60, "sounds": 20,
#    "file": "...", "root": null|"..."}
# Writes the pictures to the file as a byte stream (Annex B) until there are as many as asked for, and as many sounds; then
# prints {"pictures": …, "sounds": …, "encodings": […]} and ends. With "root" an rtsps address is verified by that certificate,
# without it the certificate is not looked at. What goes wrong stands on standard error, and the exit code is 1.
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp  # noqa: E402

Gst.init(None)

CHAINS = {
    "H264": "rtph264depay ! h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au",
    "H265": "rtph265depay ! h265parse config-interval=-1 ! video/x-h265,stream-format=byte-stream,alignment=au",
    "MPEG4-GENERIC": "rtpmp4gdepay ! aacparse",
    "OPUS": "rtpopusdepay ! opusparse",
}


class Viewer:
    def __init__(self, options: dict) -> None:
        self.options = options
        self.loop = GLib.MainLoop()
        self.counts = {"pictures": 0, "sounds": 0}
        self.encodings: list[str] = []
        self.fault: str | None = None
        self.out = open(options["file"], "wb")
        self.pipeline = Gst.Pipeline.new("viewer")
        source = Gst.ElementFactory.make("rtspsrc", "source")
        source.set_property("location", options["url"])
        source.set_property("user-id", options["username"])
        source.set_property("user-pw", options["password"])
        if options["url"].startswith("rtsps:"):
            if options.get("root"):
                source.set_property("tls-database", Gio.TlsFileDatabase.new(options["root"]))
            else:
                source.set_property("tls-validation-flags", Gio.TlsCertificateFlags(0))
        else:
            lower = GstRtsp.RTSPLowerTrans
            source.set_property("protocols", lower.TCP if options["transport"] == "tcp" else lower.UDP)
        source.connect("pad-added", self.add_pad)
        self.pipeline.add(source)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        bus.connect("message::eos", lambda *_: self.end("the stream ended"))

    def add_pad(self, _source: Gst.Element, pad: Gst.Pad) -> None:
        encoding = pad.get_current_caps().get_structure(0).get_string("encoding-name").upper()
        self.encodings.append(encoding)
        kind = "pictures" if encoding.startswith("H26") else "sounds"
        chain = Gst.parse_bin_from_description(
            f"queue max-size-buffers=0 max-size-bytes=0 ! {CHAINS[encoding]} ! fakesink name=sink sync=false "
            "signal-handoffs=true",
            True,
        )
        chain.get_by_name("sink").connect("handoff", self.take, kind)
        self.pipeline.add(chain)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad("sink"))

    def take(self, _sink: Gst.Element, buffer: Gst.Buffer, _pad: Gst.Pad, kind: str) -> None:
        options = self.options
        if kind == "pictures" and self.counts[kind] < options["pictures"]:
            self.out.write(buffer.extract_dup(0, buffer.get_size()))
        self.counts[kind] += 1
        if self.counts["pictures"] >= options["pictures"] and self.counts["sounds"] >= options["sounds"]:
            GLib.idle_add(self.loop.quit)

    def on_error(self, _bus: Gst.Bus, message: Gst.Message) -> None:
        error, detail = message.parse_error()
        self.end(f"{error.message} {detail or ''}")

    def end(self, fault: str) -> None:
        self.fault = fault
        self.loop.quit()

    def run(self) -> int:
        GLib.timeout_add_seconds(self.options["seconds"], lambda: self.end(f"too slow: {self.counts}"))
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        self.out.close()
        if self.fault is not None:
            print(self.fault, file=sys.stderr)
            return 1
        print(json.dumps({**self.counts, "encodings": sorted(self.encodings)}))
        return 0


with open(sys.argv[1], encoding="utf-8") as arguments:
    sys.exit(Viewer(json.load(arguments)).run())
