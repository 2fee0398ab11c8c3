import { browserDeviceIdentity } from "@openclaw/client/browser";
import { createRoot } from "react-dom/client";
import { createApp } from "./app/app.ts";
import { randomId } from "./app/random-id.ts";
import { type AddressParameters, otherGatewayPage, readAddress } from "./boot/address-parameters.ts";
import { loadBootValues } from "./boot/boot-values.ts";
import { readQueue, writeQueue } from "./chat/kept-queue.ts";
import { createPageGateway, gatewayUrl } from "./gateway/page-gateway.ts";
import { loadSettings, type Settings, saveSettings } from "./settings/settings.ts";
import { AppView } from "./ui/app-view.tsx";
import { applyTheme } from "./ui/theme.ts";
import "./styles/tokens.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/messages.css";
import "./styles/markdown.css";

const DRAFT_KEY = "openclaw.chat.draft:";
const QUEUE_KEY = "openclaw.chat.queue:";

const parameters = cleanAddress();
const settings = rememberToken(loadSettings(localStorage), parameters);
applyTheme(document.documentElement, settings.theme);
void run();

/** Takes secrets out of the address bar before anything else happens. */
function cleanAddress(): AddressParameters {
  const { parameters, cleaned } = readAddress(new URL(location.href));
  if (cleaned.href !== location.href) history.replaceState(history.state, "", cleaned);
  return parameters;
}

function rememberToken(stored: Settings, { token }: AddressParameters): Settings {
  if (token === undefined) return stored;
  const next = { ...stored, token };
  saveSettings(localStorage, next);
  return next;
}

async function run(): Promise<void> {
  const [boot, identity] = await Promise.all([loadBootValues(window), browserDeviceIdentity()]);
  document.title = boot.assistantName;

  const app = createApp({
    boot,
    settings,
    session: parameters.session,
    password: parameters.password,
    createGateway: ({ credentials, onState, onGap }) =>
      createPageGateway({
        url: gatewayUrl(location, boot.basePath),
        version: __OPENCLAW_WEB_VERSION__,
        instanceId: randomId(),
        identity,
        credentials,
        onState,
        onGap,
      }),
    saveSettings: (next) => saveSettings(localStorage, next),
    drafts: {
      load: (key) => sessionStorage.getItem(DRAFT_KEY + key) ?? "",
      save: (key, text) =>
        text ? sessionStorage.setItem(DRAFT_KEY + key, text) : sessionStorage.removeItem(DRAFT_KEY + key),
    },
    queues: {
      load: (key) => readQueue(sessionStorage.getItem(QUEUE_KEY + key) ?? ""),
      save(key, queue) {
        const text = writeQueue(queue);
        try {
          if (text) sessionStorage.setItem(QUEUE_KEY + key, text);
          else sessionStorage.removeItem(QUEUE_KEY + key);
          return true;
        } catch (error) {
          if (!(error instanceof DOMException)) throw error;
          sessionStorage.removeItem(QUEUE_KEY + key); // what was kept before is no longer what waits
          return false;
        }
      },
    },
    onSession(key, how) {
      const url = new URL(location.href);
      if (url.searchParams.get("session") === key) return;
      url.searchParams.set("session", key);
      if (how === "push") history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    },
    now: Date.now,
    newId: randomId,
    after: (ms, action) => void setTimeout(action, ms),
  });

  addEventListener("popstate", () => {
    const { session } = readAddress(new URL(location.href)).parameters;
    if (session) app.openSession(session, "replace");
  });
  if (parameters.secretInQuery) {
    app.setNotice(
      "The address carried a token or password in its query. It was removed and not used: a query ends up in logs. Put it behind “#”.",
    );
  }
  // A page inside another one must not offer to lead its user elsewhere.
  const named = parameters.gatewayUrl && window.top === window ? parameters.gatewayUrl : undefined;
  const otherPage = named === undefined ? undefined : otherGatewayPage(named, location);

  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(<AppView app={app} otherGateway={otherPage} />);
  app.start();
}
