import { Button, Paper, Text } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { type WithTranslation, withTranslation } from 'react-i18next';

type FaultBoundaryProps = WithTranslation & { readonly children: ReactNode };

/** Shows a sentence and a way out instead of an empty page when a part of it throws while drawing. */
class Boundary extends Component<FaultBoundaryProps, { readonly fault: string | undefined }> {
  override state = { fault: undefined };

  static getDerivedStateFromError(error: unknown): { readonly fault: string } {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { t, children } = this.props;
    if (this.state.fault === undefined) return children;
    return (
      <Paper component="section" className="empty-roster" p="lg" role="alert">
        <Text size="lg" fw={600}>
          {t('fault.title')}
        </Text>
        <Text size="sm" my="sm">
          {this.state.fault}
        </Text>
        <Button onClick={() => window.location.reload()}>{t('fault.reload')}</Button>
      </Paper>
    );
  }
}

export const FaultBoundary = withTranslation()(Boundary);
