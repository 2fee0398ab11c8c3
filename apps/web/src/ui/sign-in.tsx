import { type FormEvent, type ReactNode, useState } from "react";
import type { ConnectionProblem } from "../gateway/connection-problem.ts";
import { Avatar } from "./avatar.tsx";
import { CopyButton } from "./copy-button.tsx";
import { SecretField } from "./secret-field.tsx";
import { useApp } from "./use-app.ts";

/** What stands between the user and the chat: connecting, signing in, approval, or a Gateway that is not there. */
export function SignIn() {
  const { app, state } = useApp();
  const { problem, connection, notice } = state;
  const connecting = connection.kind === "connecting" || connection.kind === "connected";
  return (
    <main className="sign-in">
      <div className="sign-in-card" aria-busy={connecting}>
        <Avatar size={56} />
        <h1>{app.boot.assistantName}</h1>
        {notice && <p className="callout">{notice}</p>}
        {problem ? <Problem problem={problem} /> : <p role="status">Connecting to the Gateway…</p>}
        {connection.kind === "waiting" && <Waiting retryInMs={connection.retryInMs} />}
      </div>
    </main>
  );
}

function Problem({ problem }: { problem: ConnectionProblem }) {
  switch (problem.kind) {
    case "token":
      return (
        <SecretForm
          secret="token"
          wrong={problem.wrong}
          help={
            <>
              <p>On the machine where the Gateway runs, this prints the token:</p>
              <Command text="openclaw config get gateway.auth.token" />
              <p className="fine-print">It stays in this browser and is sent to this Gateway only.</p>
            </>
          }
        />
      );
    case "password":
      return (
        <SecretForm
          secret="password"
          wrong={problem.wrong}
          help={<p className="fine-print">The password is kept until this page is closed.</p>}
        />
      );
    case "pairing":
      return (
        <Explanation title="This browser waits for approval">
          <p>A new device on another machine has to be let in once. On the machine where the Gateway runs:</p>
          <Command
            text={problem.requestId ? `openclaw devices approve ${problem.requestId}` : "openclaw devices list"}
          />
          <p className="fine-print">This page goes on by itself as soon as that is done.</p>
        </Explanation>
      );
    case "insecure":
      return (
        <Explanation title="This address is not safe enough">
          <p>
            Over plain HTTP from another machine a browser cannot keep the key that proves who you are. Open a tunnel on
            this machine and use the address below it:
          </p>
          <Command text={`ssh -N -L 18789:127.0.0.1:${location.port || "18789"} you@${location.hostname}`} />
          <Command text="http://127.0.0.1:18789/" />
          <p className="fine-print">Or serve the Gateway over HTTPS.</p>
        </Explanation>
      );
    case "origin":
      return (
        <Explanation title="The Gateway does not know this address">
          <p>Open the page from the Gateway's own address, or allow this one in the configuration:</p>
          <Command text={`openclaw config set gateway.controlUi.allowedOrigins '["${location.origin}"]'`} />
          <Retry />
        </Explanation>
      );
    case "rate-limited":
      return (
        <Explanation title="Too many failed attempts">
          <p>The Gateway takes no sign-in from here for a few minutes. This page tries again by itself.</p>
        </Explanation>
      );
    case "protocol":
      return (
        <Explanation title="Page and Gateway do not fit together">
          <p>The Gateway was updated since this page was loaded, or it is much older.</p>
          <button type="button" className="button primary" onClick={() => location.reload()}>
            Load the page again
          </button>
        </Explanation>
      );
    case "unreachable":
      return (
        <Explanation title="The Gateway does not answer">
          <p>It may be starting, or stopped. On the machine where it runs, this tells:</p>
          <Command text="openclaw gateway status" />
          <Retry />
        </Explanation>
      );
    case "other":
      return (
        <Explanation title="The Gateway refused the connection">
          <p>{problem.message}</p>
          <Retry />
        </Explanation>
      );
  }
}

function Explanation({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="explanation" role="alert">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function SecretForm({ secret, wrong, help }: { secret: "token" | "password"; wrong: boolean; help: ReactNode }) {
  const { app, state } = useApp();
  const [value, setValue] = useState("");
  const busy = state.connection.kind === "connecting";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim()) app.connect({ [secret]: value });
  };
  return (
    <form className="explanation" onSubmit={submit}>
      <h2>Sign in</h2>
      <p role="alert">
        {wrong ? `The Gateway does not accept this ${secret}.` : `The Gateway asks for its ${secret}.`}
      </p>
      {help}
      <SecretField
        label={secret === "token" ? "Gateway token" : "Gateway password"}
        value={value}
        onChange={setValue}
        invalid={wrong}
        autoFocus
      />
      <button type="submit" className="button primary wide" disabled={busy || !value.trim()}>
        {busy ? "Connecting…" : "Connect"}
      </button>
    </form>
  );
}

function Retry() {
  const { app } = useApp();
  return (
    <button type="button" className="button primary" onClick={() => app.connect()}>
      Try again now
    </button>
  );
}

function Waiting({ retryInMs }: { retryInMs: number }) {
  return <p className="fine-print">Next attempt in {Math.max(1, Math.round(retryInMs / 1000))} s.</p>;
}

function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} label="Copy command" />
    </div>
  );
}
