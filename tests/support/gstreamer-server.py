#!/usr/bin/env python3
# A GStreamer RTSP server for integration tests: serves one media file without re-encoding, from its start for every client.
# Usage: gstreamer-server.py ARGUMENTS.json
#   {"file": "...", "video": "h264"|"h265", "audio": null|"aac"|"opus"|"pcmu"|"pcma"|"g726", "protocols": ["tcp"|"udp"],
#    "auth": null|"digest"|"basic", "username": "...", "password": "...", "tls": null|{"certificate": "...", "key": "..."},
#    "reports": false|true}
# Prints the port (chosen by the system) as one line on standard output; ends when standard input ends. With "reports",
# each receiver report that comes for the picture follows as a line of JSON, as GStreamer understood it.
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)

VIDEO = {
    "h264": "h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1",
}
AUDIO = {
    "aac": "aacparse ! rtpmp4gpay name=pay1 pt=97",
    "latm": "aacparse ! rtpmp4apay name=pay1 pt=97",
    "opus": "opusparse ! rtpopuspay name=pay1 pt=97",
    "pcmu": "rtppcmupay name=pay1",
    "pcma": "rtppcmapay name=pay1",
    "g726": "decodebin ! audioconvert ! audioresample ! avenc_g726 bitrate=32000 ! rtpg726pay name=pay1 pt=97",
    "mp3": "mpegaudioparse ! rtpmpapay name=pay1",
}


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as source:
        options = json.load(source)
    container = "matroskademux" if options["file"].endswith(".mkv") else "qtdemux"
    launch = f'( filesrc location="{options["file"]}" ! {container} name=demux demux.video_0 ! queue ! {VIDEO[options["video"]]}'
    if options.get("audio"):
        launch += f' demux.audio_0 ! queue ! {AUDIO[options["audio"]]}'
    launch += " )"

    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch)
    factory.set_shared(False)
    protocols = GstRtsp.RTSPLowerTrans(0)
    for name in options.get("protocols", ["tcp", "udp"]):
        protocols |= GstRtsp.RTSPLowerTrans.TCP if name == "tcp" else GstRtsp.RTSPLowerTrans.UDP
    factory.set_protocols(protocols)
    server.get_mount_points().add_factory("/test", factory)
    if options.get("reports"):
        factory.connect("media-configure", lambda _, media: media.connect("prepared", watch_reports))

    kind = options.get("auth")
    if kind or options.get("tls"):
        auth = GstRtspServer.RTSPAuth()
        if options.get("tls"):
            auth.set_tls_certificate(
                Gio.TlsCertificate.new_from_files(options["tls"]["certificate"], options["tls"]["key"])
            )
        role = GstRtspServer.RTSPToken()
        if kind:
            role.set_string("media.factory.role", "user")
            if kind == "digest":
                auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
                auth.add_digest(options["username"], options["password"], role)
            else:
                auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
                auth.add_basic(
                    GstRtspServer.RTSPAuth.make_basic(options["username"], options["password"]), role
                )
            factory.add_role_from_structure(roles("user"))
        else:
            role.set_string("media.factory.role", "anonymous")
            auth.set_default_token(role)
            factory.add_role_from_structure(roles("anonymous"))
        server.set_auth(auth)

    server.attach(None)
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    GLib.io_add_watch(0, GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    # Sessions of clients that went away without a word.
    GLib.timeout_add_seconds(2, lambda: server.get_session_pool().cleanup() >= 0)
    loop.run()


def watch_reports(media: "GstRtspServer.RTSPMedia") -> None:
    session = media.get_stream(0).get_rtpsession()
    told = {"sequence": None}

    def look() -> bool:
        for source in session.get_property("sources"):
            stats = source.get_property("stats")
            if not stats.get_value("have-rb") or stats.get_value("rb-exthighestseq") == told["sequence"]:
                continue
            told["sequence"] = stats.get_value("rb-exthighestseq")
            names = ("rb-jitter", "rb-fractionlost", "rb-packetslost", "rb-exthighestseq", "rb-round-trip")
            print(json.dumps({name[3:]: stats.get_value(name) for name in names}), flush=True)
        return media.get_status() == GstRtspServer.RTSPMediaStatus.PREPARED

    GLib.timeout_add(200, look)


def roles(name: str) -> "Gst.Structure":
    structure = Gst.Structure.new_empty(name)
    structure.set_value("media.factory.access", True)
    structure.set_value("media.factory.construct", True)
    return structure


main()
