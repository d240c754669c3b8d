// The part of config.json that says which login providers of plugins are asked, and what an account may do that they know.
// Only here: who may decide who gets in is named by whoever owns the data directory.
import { type Static, Type } from "typebox";
import { ROLES } from "../domain/roles.ts";

const closed = { additionalProperties: false } as const;

const Cameras = (description: string) =>
  Type.Union([Type.Literal("all"), Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_024 })], {
    title: "Cameras",
    description,
    default: "all",
  });

export const LoginConfigSchema = Type.Object(
  {
    source: Type.String({
      title: "Provider",
      description:
        "A plugin's package name, a slash, and the id of its login provider: `nightjar-login-acme/acme`. It is told names and passwords of people who sign in and have no account of the recorder's own.",
      pattern: "^(?:@[\\w-]+/)?nightjar-login-[\\w-]+/[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$",
      maxLength: 280,
    }),
    groups: Type.Array(
      Type.Object(
        {
          group: Type.String({
            title: "Group",
            description: "As the provider's directory writes it.",
            minLength: 1,
            maxLength: 300,
          }),
          role: Type.Enum(ROLES, { title: "Role", description: "What people of the group may do." }),
          cameras: Cameras("Ids of the cameras that they see; administrators see all."),
        },
        { ...closed },
      ),
      {
        title: "Groups",
        description: "What people of a group may do; the first group of the list that somebody is in counts.",
        maxItems: 200,
        default: [],
      },
    ),
    role: Type.Union([Type.Enum(["operator", "viewer"] as const), Type.Null()], {
      title: "Role of the others",
      description: "What people may do who are in none of these groups; null: they do not get in.",
      default: "viewer",
    }),
    cameras: Cameras("Ids of the cameras that those others see."),
  },
  { ...closed },
);

/** A login provider that is asked. */
export type LoginConfig = Static<typeof LoginConfigSchema>;
