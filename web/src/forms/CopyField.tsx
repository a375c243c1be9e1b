import { Button, Group, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';

type CopyFieldProps = { readonly label: string; readonly text: string };

/** A secret or a link that is shown once, to be taken along. */
export function CopyField({ label, text }: CopyFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const [state, setState] = useState<'copy' | 'copied' | 'byHand'>('copy');
  const copy = async (): Promise<void> => {
    if (await copyText(text)) {
      setState('copied');
      return;
    }
    setState('byHand');
    const field = document.getElementById(id);
    if (field instanceof HTMLInputElement) field.select();
  };
  return (
    <Group gap="xs" align="end" wrap="nowrap">
      <TextInput
        id={id}
        label={label}
        value={text}
        readOnly
        flex={1}
        className="copy-field"
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button variant="default" onClick={() => void copy()}>
        {t('copy.copy')}
      </Button>
      <span role="status" className="quiet copy-state">
        {state !== 'copy' && t(`copy.${state}`)}
      </span>
    </Group>
  );
}

/** False when the browser does not let the page write to the clipboard: over plain HTTP it never does. */
export async function copyText(text: string): Promise<boolean> {
  if (!window.isSecureContext) return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // refused by the person or by a policy; the text is then selected, to be copied by hand
    return false;
  }
}
