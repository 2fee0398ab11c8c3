/** Version of this package, filled in by the build. */
declare const __OPENCLAW_WEB_VERSION__: string;

interface Window {
  // Set by the Gateway's boot.js before the page's own script runs.
  __OPENCLAW_CONTROL_UI_BASE_PATH__?: unknown;
  __OPENCLAW_ASSISTANT_NAME__?: unknown;
  __OPENCLAW_ASSISTANT_AVATAR__?: unknown;
}
