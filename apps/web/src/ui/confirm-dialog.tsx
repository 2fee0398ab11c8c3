import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  open: boolean;
  title: string;
  onCancel: () => void;
  children: ReactNode;
  footer: ReactNode;
}

/** A modal dialog; the platform keeps the focus inside, closes it with Escape and gives the focus back. */
export function Dialog({ open, title, onCancel, children, footer }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useEffect(() => {
    const element = dialog.current;
    if (open && !element?.open) element?.showModal();
    if (!open && element?.open) element.close();
  }, [open]);

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      <div className="dialog-body">{children}</div>
      <div className="dialog-footer">{footer}</div>
    </dialog>
  );
}

interface ConfirmProps extends Omit<DialogProps, "footer"> {
  confirmLabel: string;
  danger?: boolean;
  onConfirm: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ confirmLabel, danger, onConfirm, ...dialog }: ConfirmProps) {
  return (
    <Dialog
      {...dialog}
      footer={
        <>
          <button type="button" className="button" onClick={dialog.onCancel}>
            Cancel
          </button>
          <button type="button" className={danger ? "button danger" : "button primary"} onClick={onConfirm}>
            {confirmLabel}
          </button>
        </>
      }
    />
  );
}
