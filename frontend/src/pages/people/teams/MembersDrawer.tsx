import { useQuery } from "@tanstack/react-query";
import { DetailDrawer, DetailSkeleton } from "../../../ui/DetailDrawer";
import { fullDay } from "../../../ui/dates";
import { FactTable } from "../../../ui/FactTable";
import { Failure } from "../../../ui/Message";
import { failureOf } from "../../failure";
import { membersQuery } from "./queries";
import { SOURCES, type TeamEntry } from "./types";

const WIDTH = 520;

/** Who is, was and will be in the team itself, with days. */
export function MembersDrawer({
  team,
  onClose,
}: {
  team: TeamEntry | undefined;
  onClose: () => void;
}) {
  return (
    <DetailDrawer title={team?.name ?? ""} width={WIDTH} onClose={onClose}>
      {team && <Members team={team} />}
    </DetailDrawer>
  );
}

function Members({ team }: { team: TeamEntry }) {
  const { data, error, refetch } = useQuery(membersQuery(team.slug));
  if (error) return <Failure {...failureOf(error)} onRetry={() => void refetch()} />;
  if (data === undefined) return <DetailSkeleton />;
  return (
    <>
      <p>
        {team.source === "manual"
          ? "This team is kept by hand."
          : `This team is kept by its source (${SOURCES[team.source]}): its members are changed there.`}
      </p>
      {team.owns.length > 0 && <p>It owns {team.owns.join(", ")}.</p>}
      {data.items.length === 0 ? (
        <p>Nobody has been in this team itself.</p>
      ) : (
        <FactTable
          caption={`Members of ${team.name}`}
          rows={data.items}
          rowKey={(row) => `${row.person} ${row.from}`}
          columns={[
            { name: "Person", cell: (row) => row.name },
            { name: "From", cell: (row) => (row.from ? fullDay(row.from) : "since ever") },
            { name: "Until before", cell: (row) => (row.to ? fullDay(row.to) : "now") },
          ]}
        />
      )}
    </>
  );
}
