import { Message } from "../../../ui/Message";

export default function ErasuresPart() {
  return (
    <Message title="Erasure">
      <p>Being built.</p>
    </Message>
  );
}
