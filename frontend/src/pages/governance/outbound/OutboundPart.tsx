import { Message } from "../../../ui/Message";

export default function OutboundPart() {
  return (
    <Message title="Outbound">
      <p>Being built.</p>
    </Message>
  );
}
