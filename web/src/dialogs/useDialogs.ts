import { useCallback, useRef, useState } from 'react';

/** Everything that opens over the map. */
export type DialogName =
  | 'account'
  | 'people'
  | 'trackers'
  | 'deadLetters'
  | 'tokens'
  | 'rules'
  | 'webhooks'
  | 'log'
  | 'waiting';

/** The one dialog that is open, if any. */
export type Dialogs = {
  readonly shown: DialogName | undefined;
  /** @param opener has the focus again when the dialog is closed */
  readonly open: (name: DialogName, opener: HTMLElement | null) => void;
  readonly close: () => void;
};

/** Which dialog is open over the map, and who gets the focus back after it. */
export function useDialogs(): Dialogs {
  const [shown, setShown] = useState<DialogName>();
  const opener = useRef<HTMLElement>(null);
  const open = useCallback((name: DialogName, from: HTMLElement | null) => {
    opener.current = from;
    setShown(name);
  }, []);
  const close = useCallback(() => {
    setShown(undefined);
    opener.current?.focus();
  }, []);
  return { shown, open, close };
}
