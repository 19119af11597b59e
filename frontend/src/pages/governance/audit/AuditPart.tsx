import { Message } from "../../../ui/Message";

export default function AuditPart() {
  return (
    <Message title="Audit log">
      <p>Being built.</p>
    </Message>
  );
}
