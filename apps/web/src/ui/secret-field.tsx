import { useId, useState } from "react";
import { EyeIcon } from "./icons.tsx";

interface SecretFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  invalid?: boolean;
  autoFocus?: boolean;
}

/** A field for a token or password: hidden unless asked for, and not offered to the browser's password store. */
export function SecretField({ label, value, onChange, hint, invalid, autoFocus }: SecretFieldProps) {
  const [shown, setShown] = useState(false);
  const id = useId();
  const hintId = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-row">
        <input
          id={id}
          type={shown ? "text" : "password"}
          value={value}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={invalid || undefined}
          aria-describedby={hint ? hintId : undefined}
          // biome-ignore lint/a11y/noAutofocus: the field is the only thing to do on the page that asks for it
          autoFocus={autoFocus}
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="icon-button"
          aria-pressed={shown}
          aria-label={`Show ${label.toLowerCase()}`}
          onClick={() => setShown(!shown)}
        >
          <EyeIcon />
        </button>
      </div>
      {hint && (
        <p className="fine-print" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
