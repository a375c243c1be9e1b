import { createContext, useContext } from 'react';
import type { ApiClient } from './apiClient.ts';

/** Carries the page's one client to the panels and dialogs that ask something. */
export const ApiContext = createContext<ApiClient | undefined>(undefined);

/** The page's client. @throws outside of an ApiContext, which is a bug */
export function useApi(): ApiClient {
  const api = useContext(ApiContext);
  if (api === undefined) throw new Error('useApi needs an ApiContext around it');
  return api;
}
