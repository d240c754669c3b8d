// Where a plugin's package.json says that it is at home. npm's own fields, in the forms that npm takes: what is no web
// address in the end is left out, so that nothing but https and http is ever made a link of.

export interface PluginLinks {
  readonly homepage?: string;
  readonly repository?: string;
}

const LINK_LIMIT = 500;
/** `github:owner/name`, and without a host, which npm takes for GitHub. */
const SHORT_FORM = /^(?:(github|gitlab|bitbucket):)?([\w-]+\/[\w.-]+)$/;
const HOSTS: Readonly<Record<string, string>> = {
  github: "https://github.com/",
  gitlab: "https://gitlab.com/",
  bitbucket: "https://bitbucket.org/",
};

/** The links in a package.json's value. */
export function readLinks(card: Readonly<Record<string, unknown>>): PluginLinks {
  const homepage = webAddress(card["homepage"]);
  const repository = webAddress(repositoryOf(card["repository"]));
  return {
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
  };
}

function repositoryOf(value: unknown): unknown {
  const text = typeof value === "object" && value !== null && "url" in value ? value.url : value;
  if (typeof text !== "string" || text.length > LINK_LIMIT) return undefined;
  const short = SHORT_FORM.exec(text);
  if (short !== null) return `${HOSTS[short[1] ?? "github"]}${short[2]}`;
  return text
    .replace(/^git\+(?=https?:)/, "")
    .replace(/^git:/, "https:")
    .replace(/\.git$/, "");
}

function webAddress(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > LINK_LIMIT || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isPlain = url.username === "" && url.password === "";
  return isPlain && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}
