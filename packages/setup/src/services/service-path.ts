import path from "node:path";

export interface ServicePathInput {
  env: NodeJS.ProcessEnv;
  home: string;
  platform: NodeJS.Platform;
}

/** Variables that name a tool's own folder, and where in it the programs are. */
const toolFolders: readonly (readonly [variable: string, below: string])[] = [
  ["PNPM_HOME", ""],
  ["NPM_CONFIG_PREFIX", "bin"],
  ["BUN_INSTALL", "bin"],
  ["VOLTA_HOME", "bin"],
  ["ASDF_DATA_DIR", "shims"],
  ["NVM_DIR", "current/bin"],
  ["FNM_DIR", "current/bin"],
];

const homeFolders = [
  ".local/bin",
  ".npm-global/bin",
  "bin",
  ".volta/bin",
  ".asdf/shims",
  ".bun/bin",
  ".local/share/pnpm",
  ".nvm/current/bin",
  ".fnm/current/bin",
];

/** Folders every service has on its PATH, whatever the shell it was installed from says. */
export function fixedServicePath({ home, platform }: Omit<ServicePathInput, "env">): string[] {
  const brew = platform === "darwin" ? "/opt/homebrew/bin" : "/home/linuxbrew/.linuxbrew/bin";
  return [...homeFolders.map((folder) => path.posix.join(home, folder)), brew, "/usr/local/bin", "/usr/bin", "/bin"];
}

/**
 * The PATH of a service: folders of tools that the environment names, then those of the user, then the system's. It is
 * made from names alone, so that a tool installed later is found. Windows services get the PATH of their user.
 */
export function servicePath(input: ServicePathInput): string[] {
  const named = toolFolders.flatMap(([variable, below]) => {
    const folder = input.env[variable]?.trim();
    return folder ? [path.posix.join(folder.replace(/^~(?=\/|$)/, input.home), below).replace(/\/$/, "")] : [];
  });
  return [...new Set([...named, ...fixedServicePath(input)])];
}
