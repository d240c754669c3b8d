// Installing plugins: search, updates, and the jobs that install, update and remove. For administrators alone, since
// whoever installs a plugin decides what runs on this machine.
import { Type } from "typebox";
import { UPLOAD_LIMIT_BYTES, UPLOAD_PATH } from "../../gateway/protocol.ts";
import type { PluginJobOrder } from "../../plugin/install/install-job.ts";
import {
  PluginJobAnswer,
  PluginJobOrderSchema,
  PluginJobsAnswer,
  PluginSearchAnswer,
  PluginUpdatesAnswer,
  PluginUploadAnswer,
} from "../plugin-job-schemas.ts";
import { answer, needs, type Route, route } from "../route.ts";
import { tokenRefused } from "../router.ts";
import type { HttpServices } from "../services.ts";

const ADMINISTRATORS = needs("settings.edit");
const JobId = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function pluginInstallRoutes({ pluginInstaller }: HttpServices): Route[] {
  return [
    route({
      method: "GET",
      path: "/api/v1/plugins/search",
      policy: ADMINISTRATORS,
      summary: "Plugins on the registry, by words or by a whole name.",
      query: Type.Object(
        { text: Type.Optional(Type.String({ maxLength: 400 })) },
        { additionalProperties: false },
      ),
      response: PluginSearchAnswer,
      async handle({ query, signal }) {
        const installed = new Map(
          (await pluginInstaller.installed()).map(({ name, version }) => [name, version]),
        );
        const found = await pluginInstaller.search(query.text ?? "", signal);
        return {
          plugins: found.map((plugin) => {
            const version = installed.get(plugin.name);
            return version === undefined ? plugin : { ...plugin, installed: version };
          }),
        };
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/plugins/updates",
      policy: ADMINISTRATORS,
      summary: "Installed plugins of which the registry has a newer version.",
      response: PluginUpdatesAnswer,
      handle: async ({ signal }) => ({ updates: await pluginInstaller.updates(signal) }),
    }),
    route({
      method: "GET",
      path: "/api/v1/plugins/jobs",
      policy: ADMINISTRATORS,
      summary: "Jobs that install, update or remove plugins, newest first.",
      response: PluginJobsAnswer,
      handle: () => ({ jobs: [...pluginInstaller.jobs()] }),
    }),
    route({
      method: "POST",
      path: "/api/v1/plugins/jobs",
      policy: ADMINISTRATORS,
      summary:
        "Installs, updates or removes a plugin; the job tells how it goes, as does the stream of changes.",
      body: PluginJobOrderSchema,
      response: PluginJobAnswer,
      status: 202,
      handle({ body, principal, audit }) {
        // What install scripts can do is all that Nightjar can: more than any right says.
        if (principal.token !== undefined && body.allowScripts !== undefined && body.allowScripts !== false)
          throw tokenRefused();
        // Left-out fields are undefined to the type checker and absent in fact.
        const job = pluginInstaller.start(body as PluginJobOrder);
        const { action, source, name, allowScripts } = body;
        audit("plugin-job-started", { job: job.id, action, source, name, allowScripts });
        return answer(202, { job });
      },
    }),
    route({
      method: "POST",
      path: UPLOAD_PATH,
      policy: ADMINISTRATORS,
      summary: "Takes a plugin's .tgz file, which a job may then install; it is not kept over a restart.",
      fileLimitBytes: UPLOAD_LIMIT_BYTES,
      response: PluginUploadAnswer,
      status: 201,
      async handle({ file, audit }) {
        const uploaded = await pluginInstaller.upload(file, UPLOAD_LIMIT_BYTES);
        audit("plugin-uploaded", { plugin: uploaded.name, version: uploaded.version });
        return uploaded;
      },
    }),
    route({
      method: "GET",
      path: "/api/v1/plugins/jobs/:id",
      policy: ADMINISTRATORS,
      summary: "How a job goes.",
      params: JobId,
      response: PluginJobAnswer,
      handle: ({ params }) => ({ job: pluginInstaller.job(params.id) }),
    }),
    route({
      method: "DELETE",
      path: "/api/v1/plugins/jobs/:id",
      policy: ADMINISTRATORS,
      summary: "Gives a job up; what it had changed already is undone.",
      params: JobId,
      response: PluginJobAnswer,
      handle({ params, audit }) {
        const job = pluginInstaller.cancel(params.id);
        audit("plugin-job-cancelled", { job: job.id });
        return { job };
      },
    }),
  ];
}
