import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

type FactsProps = { readonly title: string; readonly children: ReactNode };

/** A group of facts under its own heading. */
export function Facts({ title, children }: FactsProps) {
  return (
    <>
      <Text component="h3" size="xs" fw={600} className="quiet facts-title">
        {title}
      </Text>
      <dl className="facts">{children}</dl>
    </>
  );
}

type FactProps = { readonly name: string; readonly field?: string; readonly children: ReactNode };

/** One fact: its name, and what is known. */
export function Fact({ name, field, children }: FactProps) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="digits" data-field={field}>
        {children}
      </dd>
    </div>
  );
}
