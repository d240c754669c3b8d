// The usual RTSP paths by brand, as their manuals and owners give them. `{channel}` counts from 1.
import type { UrlPattern } from "@nightjar/core";

export const CATALOGUE: readonly UrlPattern[] = [
  {
    brand: "Hikvision",
    mainPath: "/Streaming/Channels/{channel}01",
    subPath: "/Streaming/Channels/{channel}02",
    notes: "Recorders count channels the same way: 201 is the main stream of channel 2.",
  },
  {
    brand: "Dahua",
    mainPath: "/cam/realmonitor?channel={channel}&subtype=0",
    subPath: "/cam/realmonitor?channel={channel}&subtype=1",
  },
  {
    brand: "Amcrest",
    mainPath: "/cam/realmonitor?channel={channel}&subtype=0",
    subPath: "/cam/realmonitor?channel={channel}&subtype=1",
  },
  {
    brand: "Axis",
    mainPath: "/axis-media/media.amp?camera={channel}&videocodec=h264",
    subPath: "/axis-media/media.amp?camera={channel}&videocodec=h264&resolution=640x360",
  },
  { brand: "Reolink", mainPath: "/h264Preview_0{channel}_main", subPath: "/h264Preview_0{channel}_sub" },
  {
    brand: "Uniview",
    mainPath: "/unicast/c{channel}/s0/live",
    subPath: "/unicast/c{channel}/s1/live",
  },
  {
    brand: "TP-Link Tapo",
    mainPath: "/stream1",
    subPath: "/stream2",
    notes: "Make a camera account in the Tapo app first.",
  },
  { brand: "TP-Link VIGI", mainPath: "/stream1", subPath: "/stream2" },
  { brand: "Foscam", mainPath: "/videoMain", subPath: "/videoSub", port: 88 },
  { brand: "Hanwha Vision (Wisenet)", mainPath: "/profile2/media.smp", subPath: "/profile3/media.smp" },
  { brand: "Bosch", mainPath: "/?inst=1", subPath: "/?inst=2" },
  { brand: "Sony", mainPath: "/media/video1", subPath: "/media/video2" },
  { brand: "Panasonic i-PRO", mainPath: "/MediaInput/stream_1", subPath: "/MediaInput/stream_2" },
  { brand: "Vivotek", mainPath: "/live1s1.sdp", subPath: "/live1s2.sdp" },
  { brand: "Mobotix", mainPath: "/stream0/mobotix.h264", subPath: "/stream1/mobotix.h264" },
  { brand: "Ubiquiti UniFi (stand-alone)", mainPath: "/s0", subPath: "/s1" },
  { brand: "Milesight", mainPath: "/main", subPath: "/sub" },
  { brand: "Tiandy", mainPath: "/{channel}/1", subPath: "/{channel}/2" },
  {
    brand: "Ezviz",
    mainPath: "/h264/ch{channel}/main/av_stream",
    subPath: "/h264/ch{channel}/sub/av_stream",
  },
  { brand: "Wyze (RTSP firmware)", mainPath: "/live" },
];
