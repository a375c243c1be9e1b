import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import type { Problem } from '../api/problem.ts';

type FormProps = {
  /** What is wrong with the fields; whenever it changes, the first field that is wrong gets the focus. */
  readonly faults?: unknown;
  /** Why the server refused it, which may be about a field too. */
  readonly problem?: Problem | undefined;
  readonly onSubmit: () => void;
  readonly label?: string;
  readonly children: ReactNode;
};

/** A form that the page itself sends: Enter in any field does what its button does. */
export function Form({ faults, problem, onSubmit, label, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new faults are the reason to move the focus
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults, problem]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form ref={form} className="form" noValidate aria-label={label} onSubmit={submit}>
      {children}
    </form>
  );
}
