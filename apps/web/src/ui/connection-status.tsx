import type { ConnectionState } from "@openclaw/client";
import { useApp } from "./use-app.ts";

/** A dot and a word about the connection. */
export function ConnectionStatus() {
  const { state } = useApp();
  const { tone, text } = connectionWords(state.connection);
  return (
    <p className="connection" data-tone={tone} role="status">
      <span className="dot" aria-hidden="true" />
      <span className="connection-text">{text}</span>
    </p>
  );
}

export function connectionWords(connection: ConnectionState): { tone: "good" | "busy" | "bad"; text: string } {
  switch (connection.kind) {
    case "connected":
      return { tone: "good", text: "Connected" };
    case "connecting":
      return { tone: "busy", text: "Connecting…" };
    case "waiting":
      return { tone: "busy", text: connection.error.closeCode === 1012 ? "Restarting…" : "Reconnecting…" };
    case "closed":
      return { tone: "bad", text: "Not connected" };
  }
}
