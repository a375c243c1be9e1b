import { Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';

type SectionProps = { readonly title: string; readonly children: ReactNode };

/** A part of a dialog under its own heading. */
export function Section({ title, children }: SectionProps) {
  const id = useId();
  return (
    <section className="dialog-section" aria-labelledby={id}>
      <Text component="h3" id={id} size="md" fw={600} m={0}>
        {title}
      </Text>
      {children}
    </section>
  );
}
