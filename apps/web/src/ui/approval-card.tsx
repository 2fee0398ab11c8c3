import type { ExecDecision } from "@openclaw/protocol";
import { useEffect, useId, useState } from "react";
import type { App } from "../app/app.ts";
import { type Approval, endText, secondsLeft } from "../approvals/approvals.ts";
import { CloseIcon } from "./icons.tsx";

const choices: readonly { decision: ExecDecision; label: string; look: string }[] = [
  { decision: "allow-once", label: "Allow once", look: "button primary" },
  { decision: "allow-always", label: "Always allow", look: "button" },
  { decision: "deny", label: "Deny", look: "button danger" },
];

interface ApprovalsProps {
  app: Pick<App, "openSession" | "decideApproval" | "dismissApproval">;
  approvals: readonly Approval[];
  /** The chat that is open. */
  sessionKey: string;
}

/** The commands of the open chat that wait for the user, and how many wait elsewhere. */
export function Approvals({ app, approvals, sessionKey }: ApprovalsProps) {
  const here = approvals.filter((approval) => (approval.sessionKey ?? sessionKey) === sessionKey);
  const [elsewhere, ...more] = approvals.filter(
    (approval) => !here.includes(approval) && typeof approval.state !== "object",
  );
  const newest = here.findLast((approval) => approval.state === "pending");
  return (
    <>
      <p className="visually-hidden" role="alert">
        {newest && `A command waits for your approval: ${newest.command.slice(0, 300)}`}
      </p>
      {elsewhere?.sessionKey !== undefined && (
        <p className="banner" role="status">
          {more.length === 0
            ? "A command in another chat waits for your approval. "
            : `${more.length + 1} commands in other chats wait for your approval. `}
          <button type="button" className="link-button" onClick={() => app.openSession(elsewhere.sessionKey ?? "")}>
            Show
          </button>
        </p>
      )}
      {here.length > 0 && (
        <section className="approvals" aria-label="Commands that need your approval">
          {here.map((approval) => (
            <ApprovalCard key={approval.id} app={app} approval={approval} />
          ))}
        </section>
      )}
    </>
  );
}

function ApprovalCard({ app, approval }: { app: ApprovalsProps["app"]; approval: Approval }) {
  const titleId = useId();
  const { id, command, cwd, host, agentId, state, error } = approval;
  const ended = typeof state === "object";
  const facts = [
    ["Folder", cwd],
    ["Runs on", host],
    ["Agent", agentId],
  ].filter(([, value]) => value);

  return (
    <article className="approval" aria-labelledby={titleId} data-ended={ended || undefined}>
      <header>
        <h3 id={titleId}>{ended ? endText(state) : "The agent wants to run a command"}</h3>
        {ended ? (
          <button
            type="button"
            className="icon-button small"
            aria-label="Dismiss"
            onClick={() => app.dismissApproval(id)}
          >
            <CloseIcon size={16} />
          </button>
        ) : (
          <Countdown approval={approval} />
        )}
      </header>
      <pre>
        <code>{command}</code>
      </pre>
      {!ended && (
        <>
          <dl>
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <div className="approval-choices">
            {choices.map(({ decision, label, look }) => (
              <button
                key={decision}
                type="button"
                className={look}
                disabled={state === "sending"}
                onClick={() => void app.decideApproval(id, decision)}
              >
                {label}
              </button>
            ))}
          </div>
        </>
      )}
      {error && (
        <p className="turn-error" role="alert">
          {error}
        </p>
      )}
    </article>
  );
}

function Countdown({ approval }: { approval: Approval }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = secondsLeft(approval, now);
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <span className="fine-print" role="timer" aria-label={`Expires in ${seconds} seconds`}>
      {shown}
    </span>
  );
}
