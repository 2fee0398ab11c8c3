import { Data, type Types } from "@a2ui/lit/0.8";
import { Context } from "@a2ui/lit/ui";
import { theme } from "./theme.ts";

/** How long what became of an action is shown, ms. */
const statusMs = 3000;

declare global {
  interface Window {
    /** What apps that show this page call. */
    openclawA2UI: A2uiHost;
    OpenClaw?: { sendUserAction?: (action: object) => boolean };
  }
}

/** Takes A2UI 0.8 messages and shows their surfaces. */
export interface A2uiHost {
  applyMessages(messages: Types.ServerToClientMessage[]): { ok: true; surfaces: string[] };
  reset(): { ok: true };
  getSurfaces(): string[];
}

type Surface = HTMLElement & { surfaceId: string; surface: Types.Surface; processor: Processor };
type Processor = InstanceType<typeof Data.A2uiMessageProcessor>;

class A2uiHostElement extends HTMLElement {
  readonly #processor: Processor = Data.createSignalA2uiMessageProcessor();
  #hideStatus: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    // Whoever draws a component asks for its theme; the answer never changes.
    this.addEventListener("context-request", (event) => {
      if (!("context" in event) || event.context !== Context.theme) return;
      event.stopPropagation();
      if ("callback" in event && typeof event.callback === "function") event.callback(theme);
    });
    this.addEventListener("a2uiaction", (event) => this.#act(event));
    window.addEventListener("openclaw:a2ui-action-status", (event) => {
      const { ok, error } = (event as CustomEvent<{ ok?: boolean; error?: string } | null>).detail ?? {};
      this.#say(ok === false ? (error ?? "That did not work.") : "Done.");
    });
  }

  apply(messages: Types.ServerToClientMessage[]): string[] {
    this.#processor.processMessages(messages);
    this.#draw();
    return this.surfaces();
  }

  clear(): void {
    this.#processor.clearSurfaces();
    this.#draw();
  }

  surfaces(): string[] {
    return [...this.#processor.getSurfaces().keys()];
  }

  #draw(): void {
    const shown = new Map([...this.querySelectorAll<Surface>("a2ui-surface")].map((each) => [each.surfaceId, each]));
    for (const [surfaceId, surface] of this.#processor.getSurfaces()) {
      const element = shown.get(surfaceId) ?? (document.createElement("a2ui-surface") as Surface);
      shown.delete(surfaceId);
      // Another object, so that the renderer looks at it again.
      Object.assign(element, { surfaceId, surface: { ...surface }, processor: this.#processor });
      if (!element.isConnected) this.append(element);
    }
    for (const gone of shown.values()) gone.remove();
  }

  #act(event: HTMLElementEventMap["a2uiaction"]): void {
    const { action, sourceComponentId, sourceComponent, dataContextPath } = event.payload;
    const inside = event
      .composedPath()
      .find((target) => target instanceof HTMLElement && target.localName === "a2ui-surface");
    const surfaceId = (inside as Surface | undefined)?.surfaceId ?? "main";
    const context = Object.fromEntries(
      (action.context ?? []).map(({ key, value }) => {
        const { path, literalString, literalNumber, literalBoolean } = value;
        if (path === undefined) return [key, literalString ?? literalNumber ?? literalBoolean ?? null];
        const resolved = this.#processor.resolvePath(path, dataContextPath);
        return [key, sourceComponent ? this.#processor.getData(sourceComponent, resolved, surfaceId) : null];
      }),
    );
    const timestamp = new Date().toISOString();
    const sent = window.OpenClaw?.sendUserAction?.({
      name: action.name,
      surfaceId,
      sourceComponentId,
      timestamp,
      context,
    });
    this.#say(sent ? `Sent: ${action.name}` : "No app listens on this page.");
  }

  #say(text: string): void {
    const status = this.querySelector(".status") ?? this.appendChild(document.createElement("output"));
    status.className = "status";
    status.textContent = text;
    clearTimeout(this.#hideStatus);
    this.#hideStatus = setTimeout(() => status.remove(), statusMs);
  }
}

customElements.define("openclaw-a2ui-host", A2uiHostElement);
const host = document.querySelector("openclaw-a2ui-host") as A2uiHostElement;
window.openclawA2UI = {
  applyMessages: (messages) => ({ ok: true, surfaces: host.apply(messages) }),
  reset() {
    host.clear();
    return { ok: true };
  },
  getSurfaces: () => host.surfaces(),
};
