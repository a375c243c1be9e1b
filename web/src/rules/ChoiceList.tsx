import { Checkbox } from '@mantine/core';

type ChoiceListProps<Value extends string> = {
  readonly label: string;
  readonly values: readonly Value[];
  readonly chosen: readonly Value[];
  readonly nameOf: (value: Value) => string;
  readonly isReadOnly: boolean;
  readonly onChoose: (chosen: readonly Value[]) => void;
};

/** Any number of a few known things; none stands for all. The order is always that of `values`. */
export function ChoiceList<Value extends string>(props: ChoiceListProps<Value>) {
  const { label, values, chosen, nameOf, isReadOnly, onChoose } = props;
  return (
    <fieldset className="choice-list">
      <legend>{label}</legend>
      {values.map((value) => (
        <Checkbox
          key={value}
          size="xs"
          label={nameOf(value)}
          checked={chosen.includes(value)}
          disabled={isReadOnly}
          onChange={(event) => {
            const { checked } = event.currentTarget;
            onChoose(values.filter((each) => (each === value ? checked : chosen.includes(each))));
          }}
        />
      ))}
    </fieldset>
  );
}
