import fs from "node:fs";
import path from "node:path";
import { workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { normalizeAgentId } from "@openclaw/sessions";

/** Name and picture of an agent, as pages show them. */
export interface AgentIdentity {
  name: string;
  /** An address, a data URL, an emoji or a letter. */
  avatar: string;
  emoji?: string;
}

/** The agents of the configuration. */
export interface Agents {
  ids(): string[];
  defaultId(): string;
  has(id: string): boolean;
  name(id: string): string | undefined;
  /** The name an agent goes by, if it was given one. */
  givenName(id: string): string | undefined;
  identity(id: string): AgentIdentity;
  workspace(id: string): string;
  /** The picture file of an agent inside its workspace. */
  avatarFile(id: string): string | undefined;
  /** Entries of `agents.list`. */
  list(): { id: string; name?: string; identity?: object }[];
}

type AgentEntry = NonNullable<NonNullable<OpenClawConfig["agents"]>["list"]>[number];

const imageTypes = new Set([".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"]);
const maxAvatarBytes = 2 * 1024 * 1024;

export function createAgents(options: { config(): OpenClawConfig; env: NodeJS.ProcessEnv }): Agents {
  const entries = (): AgentEntry[] => options.config().agents?.list ?? [];
  const entry = (id: string) => entries().find((item) => normalizeAgentId(item.id) === id);
  const defaultId = () => {
    const list = entries();
    const chosen = list.find((item) => item.default) ?? list[0];
    return chosen ? normalizeAgentId(chosen.id) : "main";
  };
  const ids = () => {
    const listed = entries().map((item) => normalizeAgentId(item.id));
    return listed.length > 0 ? [...new Set(listed)] : ["main"];
  };
  const workspace = (id: string) => workspaceDir(options.config(), id, options.env);

  /** Lines such as `- **Name:** Clawd` of IDENTITY.md; placeholders in brackets or underscores do not count. */
  const fromWorkspace = (id: string, field: string): string | undefined => {
    const file = path.join(workspace(id), "IDENTITY.md");
    if (!fs.existsSync(file)) return undefined;
    const match = new RegExp(`^[-*\\s]*\\**${field}:?\\**:?[ \\t]*(.+)$`, "im").exec(fs.readFileSync(file, "utf8"));
    const value = match?.[1]?.replaceAll("*", "").trim();
    return value && !/^[([_{<]/.test(value) ? value : undefined;
  };

  const avatarFile = (id: string): string | undefined => {
    const avatar = entry(id)?.identity?.avatar;
    if (!avatar || /^(?:https?:|data:)/i.test(avatar) || !imageTypes.has(path.extname(avatar).toLowerCase()))
      return undefined;
    const root = workspace(id);
    const file = path.resolve(root, avatar);
    if (!fs.existsSync(file)) return undefined;
    const real = fs.realpathSync(file);
    const stat = fs.statSync(real);
    if (!real.startsWith(`${fs.realpathSync(root)}${path.sep}`) || !stat.isFile() || stat.size > maxAvatarBytes)
      return undefined;
    return real;
  };

  return {
    ids,
    defaultId,
    has: (id) => ids().includes(id),
    name: (id) => entry(id)?.name,
    givenName: (id) => entry(id)?.identity?.name ?? fromWorkspace(id, "name"),
    identity(id) {
      const configured = entry(id)?.identity;
      const assistant = id === defaultId() ? options.config().ui?.assistant : undefined;
      const emoji = configured?.emoji ?? fromWorkspace(id, "emoji");
      const name = assistant?.name ?? configured?.name ?? fromWorkspace(id, "name") ?? "Assistant";
      const file = avatarFile(id);
      const base = (options.config().gateway?.controlUi?.basePath ?? "").replace(/\/+$/, "");
      const avatar = assistant?.avatar ?? (file ? `${base}/avatar/${id}` : configured?.avatar) ?? emoji ?? "A";
      return {
        name: name.slice(0, 50),
        avatar: avatar.slice(0, 65_536),
        ...(emoji ? { emoji: emoji.slice(0, 16) } : {}),
      };
    },
    workspace,
    avatarFile,
    list: () =>
      entries().length === 0
        ? [{ id: "main" }]
        : entries().map((item) => ({
            id: normalizeAgentId(item.id),
            ...(item.name ? { name: item.name } : {}),
            ...(item.identity ? { identity: item.identity } : {}),
          })),
  };
}
