// Fuzz target of the RTSP port: everything that is read before somebody has logged in.
import { NightjarError } from "../../../../core/errors.ts";
import { readAddress } from "../../../../core/gateway/restream/restream-address.ts";
import { RestreamLogin } from "../../../../core/gateway/restream/restream-login.ts";
import { RequestReader } from "../../../../core/media/rtsp-server/request-reader.ts";
import { readTarget } from "../../../../core/media/rtsp-server/request-target.ts";
import { readTransport } from "../../../../core/media/rtsp-server/transport-header.ts";
import type { FuzzTarget } from "../../fuzz-targets.ts";

const REQUESTS = [
  "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Lavf\r\n\r\n",
  'DESCRIBE rtsp://recorder:8654/front-door/sub RTSP/1.0\r\nCSeq: 2\r\nAuthorization: Digest username="anna", realm="Nightjar", nonce="00112233445566778899aabbccddeeff", uri="rtsp://recorder:8654/front-door/sub", algorithm=MD5, response="00112233445566778899aabbccddeeff", qop=auth, nc=00000001, cnonce="0a"\r\n\r\n',
  "SETUP rtsp://recorder/caf%C3%A9/trackID=1 RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1\r\n\r\n",
  "GET_PARAMETER rtsp://recorder/yard?a=b RTSP/1.0\r\nCSeq: 4\r\nContent-Length: 4\r\n\r\nping$\x01\x00\x04abcd",
];

export const restreamFuzzTargets: readonly FuzzTarget[] = [
  {
    name: "restream-requests",
    corpus: () => REQUESTS.map((text) => Buffer.from(text, "latin1")),
    run(bytes) {
      const login = new RestreamLogin();
      login.challenge(0, false);
      const reader = new RequestReader(
        (request) => {
          const { path } = readTarget(request.url);
          readAddress(path);
          readTransport(request.headers.get("transport") ?? "", 0);
          const attempt = login.read(request, 1);
          if (attempt.kind === "answer")
            throw new NightjarError("NJ_TEST", "internal", "a nonce was guessed");
        },
        () => undefined,
      );
      const half = bytes.length >> 1;
      try {
        reader.push(Buffer.from(bytes.subarray(0, half)));
        reader.push(Buffer.from(bytes.subarray(half)));
      } catch (error) {
        if (!(error instanceof NightjarError) || error.code !== "NJ_RTSP_REQUEST_INVALID") throw error;
      }
    },
  },
];
