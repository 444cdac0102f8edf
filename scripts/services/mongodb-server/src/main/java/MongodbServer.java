import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** Usage: PORT FILE, or PORT memory. Drivers ask for the wire version first; -Dwire=6 imitates an old server. */
public class MongodbServer {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    MongoBackend backend = arguments[1].equals("memory") ? new MemoryBackend() : new H2Backend(arguments[1]);
    MongoServer server = new MongoServer(backend.version(new Version()));
    server.bind("127.0.0.1", port);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    Thread.currentThread().join();
  }

  private static final class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return Integer.getInteger("wire", 13);
    }

    @Override
    public String toVersionString() {
      return "5.0.0";
    }
  }
}
