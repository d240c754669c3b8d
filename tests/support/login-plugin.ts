// A directory of people over HTTP that tests change as they go, and a plugin that asks it. The directory also notes whom it
// was asked about, and misbehaves for names that say so.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeHousePlugin } from "./house-plugin.ts";

export const LOGIN_PLUGIN = "nightjar-login-house";
export const LOGIN_SOURCE = `${LOGIN_PLUGIN}/house`;

export interface HouseDirectory {
  readonly url: string;
  /** Name → password and groups. */
  readonly people: Map<string, { readonly password: string; readonly groups: readonly string[] }>;
  /** Names that it was asked about, oldest first. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts an empty directory on loopback. The caller closes it. */
export async function houseDirectory(): Promise<HouseDirectory> {
  const people: HouseDirectory["people"] = new Map();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const { name, password } = JSON.parse(text) as { name: string; password: string };
    asked.push(name);
    const person = people.get(name);
    response.setHeader("connection", "close");
    response.statusCode = person !== undefined && person.password === password ? 200 : 401;
    response.end(JSON.stringify({ groups: person?.groups ?? [] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    people,
    asked,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Writes the plugin; `core` is what it imports. Names that begin so make it misbehave: throw, hang, lie, exit. */
export function writeLoginPlugin(
  folder: string,
  options: { readonly core?: string; readonly own?: object; readonly name?: string } = {},
): void {
  const { core = "@nightjar/core", own, name = LOGIN_PLUGIN } = options;
  writeHousePlugin(
    folder,
    name,
    { kind: "login", provides: ["login-provider:house"], ...own },
    `import { definePlugin, NightjarError, Type } from ${JSON.stringify(core)};
    export default definePlugin({
      name: ${JSON.stringify(name)},
      configSchema: Type.Object({ url: Type.Optional(Type.String()) }),
      setup(nvr, { url }) {
        nvr.loginProviders.register({
          id: "house",
          displayName: "House",
          async check({ userName, password }, { signal }) {
            if (userName.startsWith("throw")) throw new NightjarError("NJ_HOUSE", "unavailable", "the house burns, and " + password);
            if (userName.startsWith("hang")) return new Promise(() => undefined);
            if (userName.startsWith("lie-true")) return true;
            if (userName.startsWith("lie-groups")) return { groups: "administrators" };
            if (userName.startsWith("lie-many")) return { groups: Array.from({ length: 501 }, () => "g") };
            if (userName.startsWith("lie-role"))
              return { groups: ["administrators"], role: "administrator", userName: "ann", cameras: "all", source: null };
            if (userName.startsWith("exit")) process.exit(7);
            const body = JSON.stringify({ name: userName, password });
            const answer = await nvr.fetch(url, { method: "POST", body, signal });
            return answer.status === 200 ? await answer.json() : undefined;
          },
        });
      },
    });`,
  );
}
