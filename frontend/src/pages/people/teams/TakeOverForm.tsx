import { ChangeForm } from "../../ChangeForm";
import { takeOver, useTeamChange } from "./queries";
import { SOURCES, type TeamEntry } from "./types";

/** Asks once more before a source is not heard any longer. */
export function TakeOverForm({
  team,
  onDone,
  onCancel,
}: {
  team: TeamEntry;
  onDone: (said: string) => void;
  onCancel: () => void;
}) {
  const take = useTeamChange(
    () => takeOver(team.slug),
    () => onDone(`${team.name} is kept by hand from now on.`),
  );
  return (
    <ChangeForm
      title={`Keep ${team.name} by hand?`}
      act="Take over"
      busy={take.isPending}
      error={take.error}
      onSubmit={() => take.mutate(undefined)}
      onCancel={onCancel}
    >
      <p>
        Its members stay as they are. From then on they are changed here, and what its source (
        {SOURCES[team.source]}) says of it is not heard. It cannot be given back.
      </p>
    </ChangeForm>
  );
}
