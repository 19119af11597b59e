// Every name is this machine: no name server knows the host that is looked at.
const dns = require("node:dns");
dns.lookup = (_host, options, done) => {
  const [wanted, tell] = typeof options === "function" ? [{}, options] : [options, done];
  process.nextTick(() =>
    wanted.all
      ? tell(null, [{ address: "127.0.0.1", family: 4 }])
      : tell(null, "127.0.0.1", 4),
  );
};
