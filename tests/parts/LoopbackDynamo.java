import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** DynamoDB Local on 127.0.0.1 only: its own runner listens on every interface and has no option for that. */
public class LoopbackDynamo {
  public static void main(String[] args) throws Exception {
    DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(args);
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    Server jetty = (Server) field.get(proxy);
    for (Connector each : jetty.getConnectors()) {
      ((ServerConnector) each).setHost("127.0.0.1");
      ((ServerConnector) each).setPort(Integer.getInteger("bind.port", 0));
    }
    proxy.safeStart();
    System.out.println("READY " + ((ServerConnector) jetty.getConnectors()[0]).getLocalPort());
    System.out.flush();
    proxy.join();
  }
}
