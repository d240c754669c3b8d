// Certificates for the API: the files in the data directory, and word to the gateway, which uses them, when they change.
import type { Clock } from "../clock.ts";
import { certificateFacts } from "../gateway/doors/certificate-facts.ts";
import { removeOwnCertificate, storeOwnCertificate } from "../gateway/doors/own-certificate.ts";
import type { CertificateService } from "../http/services.ts";

/** Makes the face that the API asks; `changed` tells the gateway. */
export function certificateService(
  dataDir: string,
  clock: Clock,
  changed: () => Promise<void>,
): CertificateService {
  const facts = () => certificateFacts(dataDir, clock.wallMs());
  return {
    facts,
    async replace(pair) {
      await storeOwnCertificate(dataDir, pair, clock.wallMs());
      await changed();
      return await facts();
    },
    async remove() {
      await removeOwnCertificate(dataDir);
      await changed();
      return await facts();
    },
  };
}
