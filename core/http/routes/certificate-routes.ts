// The certificate of HTTPS: what is in use, putting the owner's own in its place, and going back to the recorder's.
import { Type } from "typebox";
import { needs, type Route, route } from "../route.ts";
import type { HttpServices } from "../services.ts";
import { TimeSchema } from "../wire-schemas.ts";

/** Chains of certificates are a few kilobytes long. */
const PEM_LIMIT = 64 * 1024;

const OneCertificate = Type.Object({
  subject: Type.String(),
  issuer: Type.String(),
  names: Type.Readonly(Type.Array(Type.String(), { description: "Hosts and addresses for which it holds." })),
  from: TimeSchema,
  until: TimeSchema,
  sha256: Type.String({ description: "Fingerprint, as browsers show it." }),
  key: Type.String({ description: "Kind and size: `ECDSA prime256v1`, `RSA 2048`." }),
});
const CertificateSchema = Type.Object({
  inUse: Type.Enum(["own", "local", "none"] as const, {
    description: "The owner's own, or one of the recorder's authority; `none` while HTTPS was never on.",
  }),
  server: Type.Optional(OneCertificate),
  root: Type.Optional(OneCertificate),
  renewsAt: Type.Optional(TimeSchema),
  problem: Type.Optional(Type.String({ description: "Why the owner's own, which is there, is not used." })),
});

export function certificateRoutes({ certificates }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/certificate",
      policy: needs("settings.view"),
      summary: "The certificate of HTTPS and the recorder's own authority, with fingerprints.",
      response: CertificateSchema,
      handle: () => certificates.facts(),
    }),
    route({
      method: "PUT",
      path: "/api/v1/certificate",
      policy: needs("settings.edit"),
      summary: "Puts an own certificate with its key in the place of the recorder's; checked first.",
      body: Type.Object(
        {
          certificate: Type.String({
            maxLength: PEM_LIMIT,
            description: "PEM: the certificate, then those that lead to its authority.",
          }),
          key: Type.String({
            maxLength: PEM_LIMIT,
            description: "PEM, without a password. Never comes out.",
          }),
        },
        { additionalProperties: false },
      ),
      response: CertificateSchema,
      async handle({ body, audit }) {
        const facts = await certificates.replace(body);
        audit("certificate-replaced", {
          sha256: facts.server?.sha256 ?? "",
          until: facts.server?.until ?? "",
        });
        return facts;
      },
    }),
    route({
      method: "DELETE",
      path: "/api/v1/certificate",
      policy: needs("settings.edit"),
      summary: "Takes the own certificate away; the recorder's own authority serves again.",
      response: CertificateSchema,
      async handle({ audit }) {
        const facts = await certificates.remove();
        audit("certificate-removed");
        return facts;
      },
    }),
  ];
}
