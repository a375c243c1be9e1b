import { Modal } from '@mantine/core';
import { type ReactNode, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { IsCovered } from '../session/IsCovered.ts';

type PageDialogProps = {
  readonly title: string;
  /** Width in CSS pixels at most. */
  readonly widthPx: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** Dims what is under a dialog only so far that it can still be read: the watch goes on. */
const veil = { backgroundOpacity: 0.12 } as const;

/** Leaves the header free, CSS pixels. */
const topPx = 52;

/** A dialog over the map, which goes on living under it. */
export function PageDialog({ title, widthPx, onClose, children }: PageDialogProps) {
  const { t } = useTranslation();
  const isCovered = useContext(IsCovered);
  return (
    <Modal
      opened
      title={title}
      size={widthPx}
      className="page-dialog"
      overlayProps={veil}
      yOffset={topPx}
      closeButtonProps={{ 'aria-label': t('menu.close') }}
      closeOnEscape={!isCovered}
      closeOnClickOutside={false}
      // the page itself never scrolls
      lockScroll={false}
      // whoever opened it gives the focus back: the menu item that was pressed is gone by then
      returnFocus={false}
      transitionProps={{ duration: 0 }}
      onClose={onClose}
    >
      {children}
    </Modal>
  );
}
