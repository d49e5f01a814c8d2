/** Icons in the colour of the text. Hidden from assistive technology: the control around an icon has the label. */
import type { ReactElement } from "react";

function Icon({ path }: { path: string }): ReactElement {
  return (
    <svg className="lilypad-icon" aria-hidden="true" viewBox="0 0 24 24" width="20" height="20">
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export const SendIcon = (): ReactElement => <Icon path="M12 20V5M5 11l7-7 7 7" />;
export const CloseIcon = (): ReactElement => <Icon path="m6 6 12 12M18 6 6 18" />;
export const MoreIcon = (): ReactElement => <Icon path="M5 12h.01M12 12h.01M19 12h.01" />;
export const DownIcon = (): ReactElement => <Icon path="M12 5v14m-6-6 6 6 6-6" />;
