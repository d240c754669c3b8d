// What a fake ONVIF device says: SOAP bodies in the words of the specifications, with prefixes as makers choose them.
import type { FakeOnvifState } from "./fake-onvif-state.ts";

const NAMESPACES = [
  ["env", "http://www.w3.org/2003/05/soap-envelope"],
  ["tds", "http://www.onvif.org/ver10/device/wsdl"],
  ["trt", "http://www.onvif.org/ver10/media/wsdl"],
  ["tr2", "http://www.onvif.org/ver20/media/wsdl"],
  ["tptz", "http://www.onvif.org/ver20/ptz/wsdl"],
  ["tev", "http://www.onvif.org/ver10/events/wsdl"],
  ["tmd", "http://www.onvif.org/ver10/deviceIO/wsdl"],
  ["tt", "http://www.onvif.org/ver10/schema"],
  ["ter", "http://www.onvif.org/ver10/error"],
  ["wsnt", "http://docs.oasis-open.org/wsn/b-2"],
  ["wsa5", "http://www.w3.org/2005/08/addressing"],
  ["tns1", "http://www.onvif.org/ver10/topics"],
]
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(" ");

/** An envelope around what stands in its body. */
export function soap(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope ${NAMESPACES}>\n<env:Header/>\n<env:Body>${body}</env:Body>\n</env:Envelope>`;
}

export function fault(subcode: string, reason: string): string {
  return soap(
    `<env:Fault><env:Code><env:Value>env:Sender</env:Value><env:Subcode><env:Value>ter:${subcode}</env:Value></env:Subcode></env:Code><env:Reason><env:Text xml:lang="en">${reason}</env:Text></env:Reason></env:Fault>`,
  );
}

/** What is asked: the operation's name and the text inside, and the address that it came to. */
export interface FakeOnvifRequest {
  readonly operation: string;
  readonly body: string;
  readonly path: string;
}

/** The text of an element of a request, and an attribute's. */
export function textOf(body: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(body)?.[1];
}

function numberOf(body: string, element: string, attribute: string): number {
  return Number(new RegExp(`<(?:\\w+:)?${element}[^>]*\\b${attribute}="([^"]*)"`).exec(body)?.[1] ?? 0);
}

/** Answers an operation; undefined: the device does not know it. */
export function answerOf(
  { operation, body, path }: FakeOnvifRequest,
  state: FakeOnvifState,
): string | undefined {
  const { options } = state;
  const done = (prefix: string): string => `<${prefix}:${operation}Response/>`;
  switch (operation) {
    case "GetSystemDateAndTime": {
      const at = new Date(Date.now() + state.clockOffsetMs);
      return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
    }
    case "GetDeviceInformation":
      return "<tds:GetDeviceInformationResponse><tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>Dome</tds:Model></tds:GetDeviceInformationResponse>";
    case "GetServices":
      return `<tds:GetServicesResponse>${services(state)}</tds:GetServicesResponse>`;
    case "GetServiceCapabilities":
      return `<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Network/><tds:Security/><tds:System/><tds:Misc AuxiliaryCommands="${options.auxiliary.join(" ")}"/></tds:Capabilities></tds:GetServiceCapabilitiesResponse>`;
    case "GetProfiles":
      return path.includes("media2") ? profiles2(state) : profiles1(state);
    case "GetStreamUri": {
      const url = state.streamUrl(textOf(body, "ProfileToken") ?? "");
      return path.includes("media2")
        ? `<tr2:GetStreamUriResponse><tr2:Uri>${url}</tr2:Uri></tr2:GetStreamUriResponse>`
        : `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${url}</tt:Uri><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>`;
    }
    case "GetNodes":
      return `<tptz:GetNodesResponse><tptz:PTZNode token="node0"><tt:Name>Dome</tt:Name><tt:SupportedPTZSpaces><tt:AbsolutePanTiltPositionSpace><tt:URI>a</tt:URI></tt:AbsolutePanTiltPositionSpace><tt:ContinuousPanTiltVelocitySpace><tt:URI>b</tt:URI></tt:ContinuousPanTiltVelocitySpace><tt:ContinuousZoomVelocitySpace><tt:URI>c</tt:URI></tt:ContinuousZoomVelocitySpace></tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>255</tt:MaximumNumberOfPresets></tptz:PTZNode></tptz:GetNodesResponse>`;
    case "GetPresets":
      return `<tptz:GetPresetsResponse>${[...state.presets].map(([token, { name }]) => `<tptz:Preset token="${token}"><tt:Name>${name}</tt:Name></tptz:Preset>`).join("")}</tptz:GetPresetsResponse>`;
    case "SetPreset": {
      const token = state.keepPreset(textOf(body, "PresetName") ?? "", textOf(body, "PresetToken"));
      return `<tptz:SetPresetResponse><tptz:PresetToken>${token}</tptz:PresetToken></tptz:SetPresetResponse>`;
    }
    case "RemovePreset":
      return state.presets.delete(textOf(body, "PresetToken") ?? "") ? done("tptz") : undefined;
    case "GotoPreset":
      return state.goToPreset(textOf(body, "PresetToken") ?? "") ? done("tptz") : undefined;
    case "ContinuousMove": {
      const [pan, tilt] = [numberOf(body, "PanTilt", "x"), numberOf(body, "PanTilt", "y")];
      const seconds = Number(/PT([\d.]+)S/.exec(textOf(body, "Timeout") ?? "")?.[1] ?? 10);
      state.move({ pan, tilt, zoom: numberOf(body, "Zoom", "x") }, seconds * 1_000);
      return done("tptz");
    }
    case "Stop":
      state.halt();
      return done("tptz");
    case "GetStatus": {
      const { pan, tilt, zoom } = state.position;
      return `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="${pan}" y="${tilt}"/><tt:Zoom x="${zoom}"/></tt:Position><tt:UtcTime>2026-01-01T00:00:00Z</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`;
    }
    case "AbsoluteMove":
      state.turnTo({
        pan: numberOf(body, "PanTilt", "x"),
        tilt: numberOf(body, "PanTilt", "y"),
        zoom: numberOf(body, "Zoom", "x"),
      });
      return done("tptz");
    case "GetPresetTours":
      return `<tptz:GetPresetToursResponse><tptz:PresetTour token="tour0"><tt:Name>Round</tt:Name></tptz:PresetTour></tptz:GetPresetToursResponse>`;
    case "OperatePresetTour":
      state.tour = textOf(body, "Operation") === "Start" ? textOf(body, "PresetTourToken") : undefined;
      return done("tptz");
    case "GetRelayOutputs":
      return `<tds:GetRelayOutputsResponse>${[...state.relays.keys()].map((token) => `<tds:RelayOutputs token="${token}"><tt:Properties><tt:Mode>Bistable</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>open</tt:IdleState></tt:Properties></tds:RelayOutputs>`).join("")}</tds:GetRelayOutputsResponse>`;
    case "SetRelayOutputState": {
      const token = textOf(body, "RelayOutputToken") ?? "";
      if (!state.relays.has(token)) return undefined;
      state.setRelay(token, textOf(body, "LogicalState") === "active");
      return done("tds");
    }
    case "GetDigitalInputs":
      return `<tmd:GetDigitalInputsResponse>${[...state.inputs.keys()].map((token) => `<tmd:DigitalInputs token="${token}"/>`).join("")}</tmd:GetDigitalInputsResponse>`;
    case "SendAuxiliaryCommand": {
      const [name = "", word = ""] = (textOf(body, "AuxiliaryCommand") ?? "").split("|");
      state.auxiliary.set(name, word === "On");
      return `<tds:SendAuxiliaryCommandResponse><tds:AuxiliaryCommandResponse>OK</tds:AuxiliaryCommandResponse></tds:SendAuxiliaryCommandResponse>`;
    }
    default:
      return undefined;
  }
}

function services(state: FakeOnvifState): string {
  const { media2 } = state.options;
  const all: readonly (readonly [string, string])[] = [
    ["ver10/device/wsdl", "device_service"],
    ["ver10/media/wsdl", "media"],
    ...(media2 ? [["ver20/media/wsdl", "media2"] as const] : []),
    ["ver20/ptz/wsdl", "ptz"],
    ["ver10/events/wsdl", "events"],
    ["ver10/deviceIO/wsdl", "io"],
  ];
  return all
    .map(
      ([namespace, path]) =>
        `<tds:Service><tds:Namespace>http://www.onvif.org/${namespace}</tds:Namespace><tds:XAddr>${state.named(path)}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`,
    )
    .join("");
}

function profiles1({ options }: FakeOnvifState): string {
  const all = options.profiles.map(
    ({ token, source, encoding, width, height }) =>
      `<trt:Profiles fixed="true" token="${token}"><tt:Name>${token}</tt:Name><tt:VideoSourceConfiguration token="${source}-config"><tt:Name>v</tt:Name><tt:SourceToken>${source}</tt:SourceToken></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="${token}-encoder"><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution></tt:VideoEncoderConfiguration>${options.hasPtz ? `<tt:PTZConfiguration token="ptz0"><tt:NodeToken>node0</tt:NodeToken></tt:PTZConfiguration>` : ""}</trt:Profiles>`,
  );
  return `<trt:GetProfilesResponse>${all.join("")}</trt:GetProfilesResponse>`;
}

function profiles2({ options }: FakeOnvifState): string {
  const all = options.profiles.map(
    ({ token, source, encoding, width, height }) =>
      `<tr2:Profiles token="${token}" fixed="true"><tr2:Name>${token}</tr2:Name><tr2:Configurations><tr2:VideoSource token="${source}-config"><tt:SourceToken>${source}</tt:SourceToken></tr2:VideoSource><tr2:VideoEncoder token="${token}-encoder"><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution></tr2:VideoEncoder>${options.hasPtz ? `<tr2:PTZ token="ptz0"><tt:NodeToken>node0</tt:NodeToken></tr2:PTZ>` : ""}</tr2:Configurations></tr2:Profiles>`,
  );
  return `<tr2:GetProfilesResponse>${all.join("")}</tr2:GetProfilesResponse>`;
}
