/** What the Gateway tells the page before it starts. */
export interface BootValues {
  /** Empty, or with a leading and without a trailing slash. */
  basePath: string;
  assistantName: string;
  /** An address path, a data URL, an emoji or a letter. */
  assistantAvatar: string;
}

/** The values `boot.js` has set; undefined when it was not loaded. */
export function readBootValues(page: Window): BootValues | undefined {
  const basePath = page.__OPENCLAW_CONTROL_UI_BASE_PATH__;
  if (typeof basePath !== "string") return undefined;
  return {
    basePath,
    assistantName: textOr(page.__OPENCLAW_ASSISTANT_NAME__, "Assistant"),
    assistantAvatar: textOr(page.__OPENCLAW_ASSISTANT_AVATAR__, "A"),
  };
}

/**
 * Where `boot.js` may be for a page at a path other than beside it, where `index.html` looks: in the folders above,
 * nearest first. `/a/b/c` → `/a/…`, `/…`
 */
export function bootScriptPaths(pagePath: string): string[] {
  const folders = pagePath.split("/").slice(1, -1);
  return folders.map((_, up) => ["", ...folders.slice(0, -1 - up), "__openclaw__", "boot.js"].join("/"));
}

/**
 * The boot values. `index.html` names `boot.js` relative to itself, which misses it where the page was opened at a
 * deeper address than `<base path>/<tab>`; the folders above are tried then.
 */
export async function loadBootValues(page: Window): Promise<BootValues> {
  for (const path of bootScriptPaths(page.location.pathname)) {
    if (readBootValues(page)) break;
    await loadScript(page.document, path);
  }
  return readBootValues(page) ?? { basePath: "", assistantName: "Assistant", assistantAvatar: "A" };
}

/** Resolves when the script ran or could not be loaded. */
function loadScript(document: Document, path: string): Promise<void> {
  return new Promise((resolve) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => resolve());
    script.src = path;
    document.head.append(script);
  });
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" && value.trim() !== "" ? value : fallback;
}
