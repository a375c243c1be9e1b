import { Text } from '@mantine/core';
import type { Order } from '../api/useOrder.ts';
import { ProblemNotice } from './ProblemNotice.tsx';

type OutcomeProps = {
  readonly order: Order;
  readonly done: string | undefined;
  readonly saidByField?: readonly string[];
};

/** What came of the newest order: its problem, or that it was done. */
export function Outcome({ order, done, saidByField = [] }: OutcomeProps) {
  return (
    <>
      <ProblemNotice problem={order.problem} saidByField={saidByField} />
      <Text size="sm" role="status">
        {order.problem === undefined && done}
      </Text>
    </>
  );
}
