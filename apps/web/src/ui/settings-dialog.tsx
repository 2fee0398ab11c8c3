import { type FormEvent, useId, useState } from "react";
import type { Settings, Theme } from "../settings/settings.ts";
import { Dialog } from "./confirm-dialog.tsx";
import { SecretField } from "./secret-field.tsx";
import { useApp } from "./use-app.ts";

const themes: { value: Theme; label: string }[] = [
  { value: "system", label: "Like the device" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** What this browser remembers, and the token. */
export function SettingsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { app, state } = useApp();
  const { settings, connection } = state;

  return (
    <Dialog
      open={open}
      title="Settings"
      onCancel={onClose}
      footer={
        <button type="button" className="button primary" onClick={onClose}>
          Done
        </button>
      }
    >
      <fieldset className="choice">
        <legend>Appearance</legend>
        {themes.map(({ value, label }) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              value={value}
              checked={settings.theme === value}
              onChange={() => app.changeSettings({ theme: value })}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <Toggle
        name="chatShowTools"
        label="Show tool calls"
        hint="What the assistant does while it works: files it reads, commands it runs."
      />
      <Toggle name="chatShowThinking" label="Show thinking" hint="The model's own notes, where it gives them." />
      <TokenForm key={settings.token} />
      {connection.kind === "connected" && (
        <p className="fine-print">
          Gateway {connection.hello.server.version} · protocol {connection.hello.protocol} · page{" "}
          {__OPENCLAW_WEB_VERSION__}
        </p>
      )}
    </Dialog>
  );
}

type ToggleName = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings];

function Toggle({ name, label, hint }: { name: ToggleName; label: string; hint: string }) {
  const { app, state } = useApp();
  const hintId = useId();
  return (
    <label className="toggle">
      <span>
        <span className="toggle-label">{label}</span>
        <span className="fine-print" id={hintId}>
          {hint}
        </span>
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={state.settings[name]}
        aria-describedby={hintId}
        checked={state.settings[name]}
        onChange={(event) => app.changeSettings({ [name]: event.target.checked })}
      />
    </label>
  );
}

function TokenForm() {
  const { app, state } = useApp();
  const [token, setToken] = useState(state.settings.token);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    app.changeSettings({ token: token.trim() });
  };
  return (
    <form className="token-form" onSubmit={submit}>
      <SecretField label="Gateway token" value={token} onChange={setToken} />
      <button type="submit" className="button" disabled={token.trim() === state.settings.token}>
        Save token
      </button>
    </form>
  );
}
