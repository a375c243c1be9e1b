import { Loader, Text } from '@mantine/core';

/** An empty page while the server is asked something. */
export function WaitingPage({ text }: { readonly text: string }) {
  return (
    <div className="entrance entrance-waits" role="status">
      <Loader size="sm" aria-hidden="true" />
      <Text size="sm" className="quiet">
        {text}
      </Text>
    </div>
  );
}
