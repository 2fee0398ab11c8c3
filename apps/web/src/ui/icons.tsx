import type { ReactNode } from "react";

/** Line icons, drawn on a 24 × 24 grid in the colour of the text around them; hidden from screen readers. */
function icon(children: ReactNode) {
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {children}
      </svg>
    );
  };
}

export const MenuIcon = icon(<path d="M4 7h16M4 12h16M4 17h10" />);
export const SidebarIcon = icon(
  <>
    <rect x="3.5" y="4.5" width="17" height="15" rx="3" />
    <path d="M9.5 4.500v15" />
  </>,
);
export const ComposeIcon = icon(
  <>
    <path d="M12 5H7a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3h9a3 3 0 0 0 3-3v-5" />
    <path d="m10 14 .6-2.800L18 4.300a1.5 1.5 0 0 1 2.2 2.200l-7 7L10 14Z" />
  </>,
);
export const SendIcon = icon(<path d="M12 19V5M6 11l6-6 6 6" />);
export const StopIcon = icon(<rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" />);
export const ImageIcon = icon(
  <>
    <rect x="3.5" y="4.5" width="17" height="15" rx="3" />
    <circle cx="9" cy="10" r="1.5" />
    <path d="m5 17 4.5-4 3 2.500L16 12l4 3.5" />
  </>,
);
export const FileIcon = icon(
  <>
    <path d="M13.5 3.500H8a2.5 2.5 0 0 0-2.500 2.500v12A2.5 2.5 0 0 0 8 20.500h8a2.5 2.5 0 0 0 2.500-2.500V8.500l-5-5Z" />
    <path d="M13.5 3.500V8.500h5" />
  </>,
);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const CheckIcon = icon(<path d="m5 12.5 4.5 4.500L19 7.5" />);
export const CopyIcon = icon(
  <>
    <rect x="8.5" y="8.5" width="11" height="11" rx="2.5" />
    <path d="M15.5 8.500V7A2.5 2.5 0 0 0 13 4.500H7A2.5 2.5 0 0 0 4.5 7v6A2.5 2.5 0 0 0 7 15.500h1.5" />
  </>,
);
export const TrashIcon = icon(
  <path d="M4.5 7h15M10 11v5.500M14 11v5.500M6.5 7l.8 11a2 2 0 0 0 2 1.900h5.400a2 2 0 0 0 2-1.900l.8-11M9.5 7V5.500a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1V7" />,
);
export const SettingsIcon = icon(
  <>
    <path d="M4 8h8M18 8h2M4 16h2M12 16h8" />
    <circle cx="15" cy="8" r="2.5" />
    <circle cx="9" cy="16" r="2.5" />
  </>,
);
export const ChevronIcon = icon(<path d="m9 6 6 6-6 6" />);
export const ArrowDownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />);
export const EyeIcon = icon(
  <>
    <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
    <circle cx="12" cy="12" r="2.8" />
  </>,
);
