/**
 * The script pages of the canvas get: it hands the user's actions to the app that shows the page, and reloads the page
 * when its files have changed. Addresses keep the secret the page itself was reached by.
 */
export function bridgeScript({ liveReload }: { liveReload: boolean }): string {
  return `(() => {
  const handler = "openclawCanvasA2UIAction";
  const post = (message) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    const ios = window.webkit && window.webkit.messageHandlers && window.webkit.messageHandlers[handler];
    if (ios) { ios.postMessage(text); return true; }
    const android = window[handler];
    if (android && typeof android.postMessage === "function") { android.postMessage(text); return true; }
    return false;
  };
  const newId = () =>
    typeof crypto.randomUUID === "function" ? crypto.randomUUID() : String(Date.now()) + Math.random().toString(16).slice(2);
  const sendUserAction = (action) => post({ userAction: { ...action, id: (action && action.id) || newId() } });
  window.OpenClaw = Object.assign(window.OpenClaw || {}, { postMessage: post, sendUserAction });
  window.openclawPostMessage = post;
  window.openclawSendUserAction = sendUserAction;
${liveReload ? reloading : ""}})();`;
}

const reloading = `  const base = (/^\\/__openclaw__\\/cap\\/[^/]+/.exec(location.pathname) || [""])[0];
  const token = new URLSearchParams(location.search).get("oc_cap");
  const address = (location.protocol === "https:" ? "wss://" : "ws://") + location.host + base + "/__openclaw__/ws" +
    (token ? "?oc_cap=" + encodeURIComponent(token) : "");
  const watch = (delay) => {
    const socket = new WebSocket(address);
    socket.onmessage = ({ data }) => { if (data === "reload") location.reload(); };
    socket.onclose = () => setTimeout(() => watch(Math.min(delay * 2, 30000)), delay);
  };
  watch(1000);
`;
